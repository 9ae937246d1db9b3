import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What the program `src/start.js` of an example prints, and what its README says that it prints. */
export async function runExample(
  folder: URL,
  env: NodeJS.ProcessEnv = {},
): Promise<{ stdout: string; stderr: string; promised: string }> {
  const [, promised = ''] = /```text\n(.*?)```/s.exec(readFileSync(new URL('README.md', folder), 'utf8')) ?? []
  const program = fileURLToPath(new URL('src/start.js', folder))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { env: { ...process.env, ...env } })
  return { stdout, stderr, promised }
}
