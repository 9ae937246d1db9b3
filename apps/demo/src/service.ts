/** One program for the three services behind the gateway; its argument is the name of the service. */
import { createServer } from 'node:http'
import express, { type Router } from 'express'
import { type Program, runChild } from './child.ts'
import { parseFault } from './fault.ts'
import { FaultyServer } from './faulty-server.ts'
import { CallCounter } from './fleet/call-counter.ts'
import { closeServer, listenOn, originOf } from './listening.ts'
import { startTelemetry } from './telemetry.ts'
import { traceRequests } from './traced-http.ts'

function user(): Router {
  return express.Router().get('/users/:id', (request, response) => {
    response.json({ id: request.params.id, name: `User ${request.params.id}` })
  })
}

function order(): Router {
  return express.Router().get('/orders', (request, response) => {
    response.json([{ id: `${request.query['user']}-1`, item: 'a book', total: 12.5 }])
  })
}

function payment(): Router {
  return express
    .Router()
    .get('/payments', (request, response) => {
      response.json({ user: request.query['user'], owed: 12.5 })
    })
    .post('/payments', express.json(), (request, response) => {
      response.status(201).json({ order: request.body.order, paid: true })
    })
}

const routes: Readonly<Record<string, () => Router>> = { user, order, payment }

await runChild(async (): Promise<Program> => {
  const name = process.argv[2] ?? ''
  const makeRoutes = routes[name]
  if (makeRoutes === undefined) throw new Error(`there is no service ${JSON.stringify(name)}`)
  const telemetry = await startTelemetry(`cb-demo-${name}`)
  const counter = new CallCounter()
  const server = new FaultyServer(traceRequests, makeRoutes(), counter)
  // The switch has a separate port, so that it can end the fault of a service that is down.
  const switches = express()
    .post('/fault', express.json(), async (request, response) => {
      await server.setFault(parseFault(request.body))
      response.sendStatus(204)
    })
    .post('/counts', (_request, response) => void response.json(counter.take()))
  const control = createServer(switches)
  return {
    ready: { origin: originOf(await server.listen()), control: originOf(await listenOn(control, 0)) },
    stop: () => Promise.all([server.close(), closeServer(control), telemetry.stop()]),
  }
})
