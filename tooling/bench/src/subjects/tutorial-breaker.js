/** The class of most tutorials, with its defects. */
export class TutorialBreaker {
  /**
   * @param {() => unknown} request
   * @param {{ failureThreshold?: number, successThreshold?: number, timeout?: number }} [options]
   */
  constructor(request, options = {}) {
    this.request = request
    this.state = 'CLOSED'
    this.failureThreshold = options.failureThreshold ?? 3
    this.failureCount = 0
    this.successThreshold = options.successThreshold ?? 2
    this.successCount = 0
    this.timeout = options.timeout ?? 6000
    this.nextAttempt = Date.now()
  }

  async fire() {
    if (this.state === 'OPEN') {
      if (this.nextAttempt <= Date.now()) {
        this.state = 'HALF'
      } else {
        throw new Error('Circuit is currently OPEN')
      }
    }
    try {
      const response = await this.request()
      return this.success(response)
    } catch (error) {
      return this.fail(error)
    }
  }

  /** @param {unknown} response */
  success(response) {
    if (this.state === 'HALF') {
      this.successCount++
      if (this.successCount > this.successThreshold) {
        this.successCount = 0
        this.state = 'CLOSED'
      }
    }
    this.failureCount = 0
    return response
  }

  /** @param {unknown} error */
  fail(error) {
    this.failureCount++
    if (this.failureCount >= this.failureThreshold) {
      this.state = 'OPEN'
      this.nextAttempt = Date.now() + this.timeout
    }
    throw error
  }
}
