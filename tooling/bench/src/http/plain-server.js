// The server of the case about axios.
import { createServer } from 'node:http'
import { serve } from './server-process.js'

const body = JSON.stringify({ id: 7, name: 'Ada' })
serve(
  createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  }),
)
