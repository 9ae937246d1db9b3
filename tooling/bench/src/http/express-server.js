// One Express application with a port for each middleware. A second application would have prototypes of its own, and the last one
// would meet code that was compiled for the others.
import { createServer } from 'node:http'
import { guard } from '@cb/express'
import express from 'express'
import { busy } from './busy.js'
import { serve } from './server-process.js'

/** @typedef {import('express').RequestHandler} Middleware */

/** @type {Middleware} */
let current = (_req, _res, next) => next()
const app = express()
app.use((req, res, next) => current(req, res, next))
app.get('/users/7', (_req, res) => res.json({ id: 7, name: 'Ada' }))

/** @param {string} name @returns {Middleware} */
function middleware(name) {
  if (name === '@cb/express') return guard({ name: 'app' })
  if (name !== 'careless') return (_req, _res, next) => next()
  return (_req, _res, next) => {
    busy()
    next()
  }
}

const servers = process.argv.slice(2).map((name) => {
  const chosen = middleware(name)
  return createServer((req, res) => {
    current = chosen // the request reads it synchronously
    app(req, res)
  })
})
serve(...servers)
