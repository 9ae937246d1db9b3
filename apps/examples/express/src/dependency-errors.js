import { isAxiosError } from 'axios'

const timeouts = ['ECALLTIMEOUT', 'ETIMEDOUT', 'ECONNABORTED']

/**
 * Errors of a service that we call: 504 for a timeout, 502 for any other. Without it the 401 of a service would be our own.
 *
 * @type {(...args: Parameters<import('express').ErrorRequestHandler>) => void}
 */
export function dependencyErrors(error, _req, res, next) {
  if (isAxiosError(error) && !res.headersSent) {
    const codes = [error.code, Object(error.cause).code] // a CallTimeoutError is the cause of an AxiosError
    const status = timeouts.some((code) => codes.includes(code)) ? 504 : 502
    res.status(status).json({ status })
  } else next(error)
}
