// What the types of @cb/axios say of `import 'axios'`, said of `require('axios')`, which has types of its own.
import type { RequestProtection } from './dist/index.js' with { 'resolution-mode': 'import' }

declare module 'axios' {
  interface AxiosRequestConfig {
    /** Protection of this request by `protectAxios`; `false` lets it pass unguarded and uncounted. */
    circuitBreaker?: false | RequestProtection
  }
}
