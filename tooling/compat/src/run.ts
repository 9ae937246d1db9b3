import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/**
 * Runs a program to its end and answers what it printed, or throws everything that it printed.
 * @param env  the whole environment. Default: that of this process.
 */
export async function run(
  file: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    const { stdout } = await execute(file, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })
    return stdout.trim()
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error([`${file} ${args.join(' ')} failed`, stdout, stderr].join('\n').trim(), { cause: error })
  }
}
