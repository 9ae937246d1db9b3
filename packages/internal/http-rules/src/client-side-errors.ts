/** Codes of errors that arose on the client's side, for every client that sets codes. */
export const clientSideCodes: ReadonlySet<unknown> = new Set([
  // Node.js
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ERR_HTTP_INVALID_HEADER_VALUE',
  'ERR_INVALID_ARG_TYPE',
  'ERR_INVALID_ARG_VALUE',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'ERR_INVALID_PROTOCOL',
  'ERR_INVALID_URL',
  'ERR_NOCK_NO_MATCH', // a fake that a test has forgotten
  'ERR_SOCKET_BAD_PORT',
  'ERR_UNESCAPED_CHARACTERS',
  // axios and follow-redirects
  'ERR_BAD_REQUEST', // without a response: unsupported protocol, maxBodyLength, malformed data or headers
  'ERR_BAD_OPTION',
  'ERR_BAD_OPTION_VALUE',
  'ERR_FORM_DATA_DEPTH_EXCEEDED',
  'ERR_NOT_SUPPORT',
  'ERR_FR_MAX_BODY_LENGTH_EXCEEDED',
  'ERR_FR_REDIRECTION_FAILURE', // `beforeRedirect` threw, or the target of a redirect is not a URL
  'ERR_FR_TOO_MANY_REDIRECTS',
  // undici
  'UND_ERR_BPL_MISSING_UPSTREAM',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_INVALID_RETURN_VALUE',
  'UND_ERR_MAX_ORIGINS_REACHED',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_MOCK_ERR_MOCK_NOT_MATCHED', // a fake that a test has forgotten
  // Bun
  'RedirectURLInvalid',
  'TooManyRedirects',
  'UnexpectedRedirect',
  'UnsupportedRedirectProtocol',
])

/** The same for fetch of Node.js, which sets no code for these, only a cause with a message. */
export const clientSideMessages: ReadonlySet<unknown> = new Set([
  'bad port',
  'blocked',
  'cross origin not allowed for request mode "cors"',
  'failed to fetch the data URL',
  'invalid method',
  'not implemented... yet...', // a `file:` URL
  'redirect count exceeded',
  'unexpected redirect', // `redirect: 'error'`
  'unknown scheme',
  'URL cannot contain credentials for request mode "cors"',
  'URL scheme must be a HTTP(S) scheme',
])

/**
 * TypeErrors for which the platform can't be asked (see `isRejectedByPlatform`): about a body that has been used, because a call uses
 * it too; about the redirects of Deno; about a `dispatcher` that is none; and those that say themselves that an argument is invalid.
 */
export const usedBodyOrArgument: RegExp =
  /^(Body is unusable|Body is already|Fetch failed: Maximum number of redirects|Failed to execute 'fetch'|(Window|WorkerGlobalScope)\.fetch: )|disturbed or locked|dispatch is not a function|already been (read|used)/
