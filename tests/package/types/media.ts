// Media: what an app may write, and below a mark what it must not.

import { isTokenError, type Grant } from 'downscope';
import { mediaOf, MediaError, type Media, type MediaErrorCode } from 'downscope/media';
import { serveMedia, type ServeMediaOptions } from 'downscope/media-worker';

declare const grant: Grant;
declare const image: HTMLImageElement;

export async function use(): Promise<MediaErrorCode | undefined> {
  try {
    const media: Media = await mediaOf(grant, {
      timeout: 5_000,
      onError: (error, resource) => console.log(isTokenError(error) && error.code, resource.length),
    });
    image.src = media.url(new URL('https://api.example.com/picture'));
    media.close();
  } catch (error) {
    if (error instanceof MediaError) return error.code;
  }
  return undefined;
}

const options: ServeMediaOptions = { origins: ['https://api.example.com'], path: 'files/', timeout: 1, claim: false };
serveMedia(options);
serveMedia({ origins: async () => ['https://api.example.com'] });

// @ts-expect-error: a grant, not a client's options
void mediaOf({ resource: 'https://api.example.com/' });
// @ts-expect-error: origins are named
serveMedia({});
// @ts-expect-error: a list of them
serveMedia({ origins: 'https://api.example.com' });
// @ts-expect-error: there is no such code
export const code: MediaErrorCode = 'not_found';
// @ts-expect-error: made by the package alone
void new MediaError('closed');
