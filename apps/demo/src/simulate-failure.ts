import axios from 'axios'
import type { RequestHandler } from 'express'
import { InvalidFault, parseFault } from './fault.ts'
import { sendProblem } from './problem.ts'
import { isServiceName, type ServiceAddresses, serviceNames } from './services.ts'

/** `POST /simulate-failure/:service`: sets or ends the fault of a service. */
export function simulateFailure(services: ServiceAddresses): RequestHandler<{ service: string }> {
  return async ({ params: { service }, body }, response) => {
    if (!isServiceName(service)) {
      return sendProblem(response, 404, `unknown service; known services: ${serviceNames.join(', ')}`)
    }
    try {
      const fault = parseFault(body)
      await axios.post(`${services[service].control}/fault`, fault, { proxy: false })
      response.json({ service, ...fault })
    } catch (error) {
      if (!(error instanceof InvalidFault)) throw error
      sendProblem(response, 400, error.message, error.field === null ? {} : { field: error.field })
    }
  }
}
