/** Codes of errors that arose on this side of the wire, of every client that gives codes. */
export const localCodes: ReadonlySet<unknown> = new Set([
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
  'ERR_SOCKET_BAD_PORT',
  'ERR_UNESCAPED_CHARACTERS',
  // axios and follow-redirects
  'ERR_BAD_REQUEST', // without an answer: unsupported protocol, maxBodyLength, malformed data or headers
  'ERR_BAD_OPTION',
  'ERR_BAD_OPTION_VALUE',
  'ERR_FORM_DATA_DEPTH_EXCEEDED',
  'ERR_NOT_SUPPORT',
  'ERR_FR_MAX_BODY_LENGTH_EXCEEDED',
  'ERR_FR_REDIRECTION_FAILURE', // `beforeRedirect` threw, or a redirect led to no URL
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
  // Bun
  'RedirectURLInvalid',
  'TooManyRedirects',
  'UnexpectedRedirect',
  'UnsupportedRedirectProtocol',
])

/** The same, where fetch of Node.js gives no code but a cause with one of these messages. */
export const localMessages: ReadonlySet<unknown> = new Set([
  'bad port',
  'blocked',
  'cross origin not allowed for request mode "cors"',
  'failed to fetch the data URL',
  'invalid method',
  'redirect count exceeded',
  'unexpected redirect', // `redirect: 'error'`
  'unknown scheme',
  'URL cannot contain credentials for request mode "cors"',
  'URL scheme must be a HTTP(S) scheme',
])

/**
 * How a TypeError begins that says what is wrong with the arguments of fetch: of undici, and so Node.js, of Chromium, Firefox, Bun
 * and Deno; or that a redirect did not end.
 */
export const misuse: RegExp =
  /^(Headers\.|Invalid header |Request|(Window|WorkerGlobalScope)\.fetch: |Fetch failed: Maximum number of redirects|Body is |Cannot construct a Request|Failed to (construct|execute|parse)|'.{1,100}' (is not a valid )?HTTP method)/
