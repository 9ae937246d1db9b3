import { readFileSync } from 'node:fs'
import typescript from 'typescript'
import type { StepFunction } from './model.ts'

const source = readFileSync(new URL('../src/step.ts', import.meta.url), 'utf8')

/** The `step` that ships, with one mistake. */
export async function mutated(from: string, to: string): Promise<StepFunction> {
  if (!source.includes(from)) throw new Error(`step.ts has no ${from}`)
  const code = source.replace(from, to).replace(/^import .*$/m, 'const memoryAfter = 1')
  const compilerOptions = { target: typescript.ScriptTarget.ES2022, module: typescript.ModuleKind.ESNext }
  const { outputText } = typescript.transpileModule(code, { compilerOptions })
  const { step } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`)
  return step
}
