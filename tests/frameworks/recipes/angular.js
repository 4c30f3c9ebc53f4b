import { catchError, from, switchMap } from 'rxjs';

/** `grantFor(url)` gives the grant for what may have its token, and nothing for all else. */
export const grantInterceptor = (grantFor) => (request, next) =>
  from(Promise.resolve(grantFor(request.url))).pipe(
    switchMap((grant) => (grant ? send(grant, request, next) : next(request))),
  );

const send = (grant, request, next, refusal) =>
  from(grant.token()).pipe(
    switchMap((token) => {
      // There is no other to be had.
      if (refusal?.token === token) throw refusal.error;
      const headers = { Authorization: `Bearer ${token}` };
      return next(request.clone({ setHeaders: headers })).pipe(
        catchError((error) => {
          const challenge = error.headers?.get('WWW-Authenticate') ?? '';
          if (error.status !== 401 || challenge.includes('insufficient_scope')) throw error;
          grant.reject(token);
          if (refusal) throw error;
          return send(grant, request, next, { token, error });
        }),
      );
    }),
  );
