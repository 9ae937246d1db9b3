import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Runs the `src/main.js` of an example to its end.
 * @param home  the URL of its folder.
 * @returns what it has printed, and the first block of text in its README, which says what it prints.
 */
export async function runExample(
  home: URL,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly printed: string; readonly promised: string | undefined }> {
  const program = fileURLToPath(new URL('src/main.js', home))
  const printed = await new Promise<string>((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: 120_000 }
    execFile(process.execPath, [program], options, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stdout}${stderr}`)),
    )
  })
  const readme = readFileSync(new URL('README.md', home), 'utf8')
  return { printed, promised: /```text\n(.*?)```/s.exec(readme)?.[1] }
}
