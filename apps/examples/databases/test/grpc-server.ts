import { once } from 'node:events'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import * as grpc from '@grpc/grpc-js'

/** What the server is to do: answer with a status, or something worse. */
export interface Request {
  readonly reply: grpc.status | 'throw' | 'go away' | 'never answer' | 'answer at length'
}

export type Client = grpc.Client & {
  answer(request: Request, done: grpc.requestCallback<unknown>): grpc.ClientUnaryCall
  answer(request: Request, options: grpc.CallOptions, done: grpc.requestCallback<unknown>): grpc.ClientUnaryCall
  stream(request: Request): grpc.ClientReadableStream<unknown>
  chat(): grpc.ClientDuplexStream<Request, unknown>
}

const toBuffer = (value: unknown) => Buffer.from(JSON.stringify(value))
const fromBuffer = (bytes: Buffer) => JSON.parse(bytes.toString())

/** Messages are JSON, so that the example needs no protocol buffers. */
const json = {
  requestSerialize: toBuffer,
  requestDeserialize: fromBuffer,
  responseSerialize: toBuffer,
  responseDeserialize: fromBuffer,
}
const service = {
  answer: { path: '/demo.Demo/Answer', requestStream: false, responseStream: false, ...json },
  stream: { path: '/demo.Demo/Stream', requestStream: false, responseStream: true, ...json },
  chat: { path: '/demo.Demo/Chat', requestStream: true, responseStream: true, ...json },
} as const satisfies grpc.ServiceDefinition

const Demo = grpc.makeGenericClientConstructor(service, 'Demo')

export function connect(port: number, options?: grpc.ClientOptions): Client {
  return new Demo(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options) as unknown as Client
}

export interface GrpcServer extends AsyncDisposable {
  readonly port: number
}

export async function startGrpc(): Promise<GrpcServer> {
  const server = new grpc.Server()
  const answer: grpc.handleUnaryCall<Request, unknown> = ({ request: { reply } }, callback) => {
    if (reply === 'throw') throw new Error('a bug')
    if (reply === 'go away') return server.forceShutdown()
    if (reply === 'never answer') return
    if (reply === 'answer at length') return callback(null, 'x'.repeat(5_000_000))
    if (reply === grpc.status.OK) return callback(null, 'well')
    callback({ code: reply, details: 'as you wish' })
  }
  const send = (call: grpc.ServerWritableStream<Request, unknown>, { reply }: Request) => {
    call.write('a part')
    if (reply === grpc.status.OK) call.end()
    else if (reply !== 'never answer') call.emit('error', { code: reply, details: 'as you wish' })
  }
  const stream: grpc.handleServerStreamingCall<Request, unknown> = (call) => send(call, call.request)
  const chat: grpc.handleBidiStreamingCall<Request, unknown> = (call) =>
    void call.on('data', (request) => send(call as unknown as grpc.ServerWritableStream<Request, unknown>, request))
  server.addService(service, { answer, stream, chat })
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure()
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port)))
  })
  return { port, [Symbol.asyncDispose]: async () => server.forceShutdown() }
}

/** A proxy that does not know the service. */
export async function startProxy(): Promise<GrpcServer> {
  const server = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
