// The declarations of @cb/axios for `import 'axios'`, repeated for `require('axios')`, which has separate types.
import type { RequestProtection } from './dist/index.js' with { 'resolution-mode': 'import' }

declare module 'axios' {
  interface AxiosRequestConfig {
    /** Protection of this request by `protectAxios`; `false` lets it pass, neither guarded nor counted. */
    circuitBreaker?: false | RequestProtection
  }
}
