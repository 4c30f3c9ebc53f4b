import { createTokenClient } from 'downscope';

export const dynamic = 'force-dynamic';

/** On the server it can be imported, and works. */
export async function GET() {
  const getToken = () => ({ access_token: 'FAKE', expires_in: 60 });
  const client = await createTokenClient({ getToken });
  const token = await client.grant({ scopes: ['read'] }).token();
  await client.close();
  return Response.json({ token });
}
