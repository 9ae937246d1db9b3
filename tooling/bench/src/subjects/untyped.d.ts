declare module 'brakes' {
  export interface Options {
    modifyError?: boolean
    registerGlobal?: boolean
    isPromise?: boolean
    bucketNum?: number
    waitThreshold?: number
    circuitDuration?: number
    timeout?: number
  }
  export default class Brakes {
    constructor(fn: () => Promise<unknown>, options: Options)
    exec(): Promise<unknown>
    on(event: string, listener: (...args: unknown[]) => void): this
  }
}

declare module 'opossum-10' {
  import CircuitBreaker from 'opossum'
  export default CircuitBreaker
}
