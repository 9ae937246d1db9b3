// The Express application of the cases about it, with the middleware that is named.
import { createServer } from 'node:http'
import { guard } from '@cb/express'
import express from 'express'
import { busy } from './busy.js'
import { serve } from './server-process.js'

const app = express()
if (process.argv[2] === '@cb/express') app.use(guard({ name: 'app' }))
else if (process.argv[2] === 'careless') {
  app.use((_req, _res, next) => {
    busy()
    next()
  })
} else app.use((_req, _res, next) => next())
app.get('/users/7', (_req, res) => res.json({ id: 7, name: 'Ada' }))
serve(createServer(app))
