// What blocks of code in the documents name and do not make themselves.

declare let client: import('downscope').TokenClient;
declare const grant: import('downscope').Grant;
declare const Box: any;
declare var wasm: Promise<Response>;
declare const initialize: typeof import('downscope/slim').initialize;
declare const isTokenError: typeof import('downscope').isTokenError;
declare const createTokenClient: typeof import('downscope').createTokenClient;
declare const signIn: () => Promise<void>;
declare const showThatAccessHasEnded: () => void;
declare const again: () => void;

// Of service workers.
declare const importScripts: (url: string) => void;
declare const downscopeMedia: typeof import('downscope/media-worker');

// Of Angular, and of the recipe before.
declare const provideHttpClient: any;
declare const withInterceptors: any;
declare const grantInterceptor: (grantFor: (url: string) => Promise<import('downscope').Grant | undefined>) => unknown;
declare const openClient: () => Promise<import('downscope').TokenClient>;

// Of test runners.
declare const jest: any;
declare const vi: any;
declare const require: any;

declare module '*.wasm' {
  const url: string;
  export default url;
}

interface ImportMeta {
  hot?: any;
}
