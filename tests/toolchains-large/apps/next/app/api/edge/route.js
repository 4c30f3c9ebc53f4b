import { createTokenClient, isTokenError } from 'downscope';

export const runtime = 'edge';

/** No WebAssembly is compiled there. */
export async function GET() {
  const getToken = () => ({ access_token: 'FAKE', expires_in: 60 });
  const reason = await createTokenClient({ getToken }).catch((error) => error);
  return Response.json({ typed: isTokenError(reason), code: reason.code, message: reason.message });
}
