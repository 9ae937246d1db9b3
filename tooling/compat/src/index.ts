export { engine } from './engine.ts'
export { run } from './run.ts'
