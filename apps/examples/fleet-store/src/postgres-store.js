import { keepFor, step } from '@cb/redis/step'

/** Each breaker is one row; `version` is what is compared and set. Names are JSON, because a text of PostgreSQL can't hold all of them. */
export const schema = `
  CREATE TABLE IF NOT EXISTS breaker (
    fleet text, name text, state text NOT NULL, version bigint NOT NULL, ends_at bigint,
    PRIMARY KEY (fleet, name)
  )`

const now = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::float8'

/** Attempts of one operation while other instances write the same row. */
const mostAttempts = 1_000

/**
 * A store of fleets in PostgreSQL: reads a row, runs `step`, and writes it if nobody else has meanwhile. It announces nothing, so
 * instances learn by polling.
 * @param {import('pg').Pool} pool
 * @param {string} fleet  the name of the fleet
 * @returns {import('@cb/redis').FleetStore}
 */
export function postgresStore(pool, fleet) {
  /** @param {string} key @param {import('@cb/redis').Operation} operation @returns the reply, or undefined if another was faster */
  async function attempt(key, operation) {
    const read = `SELECT ${now} AS now, state, version FROM (SELECT) AS clock
      LEFT JOIN breaker ON fleet = $1 AND name = $2`
    const [row] = (await pool.query(read, [fleet, key])).rows
    const { state, reply } = step(row.state === null ? null : JSON.parse(row.state), operation, row.now)
    const kept = keepFor(state, row.now)
    const values = [fleet, key, JSON.stringify(state), kept === null ? null : Math.ceil(row.now + kept)]
    const { rowCount } =
      row.version === null
        ? await pool.query('INSERT INTO breaker VALUES ($1, $2, $3, 1, $4) ON CONFLICT DO NOTHING', values)
        : await pool.query(
            'UPDATE breaker SET state = $3, ends_at = $4, version = version + 1 WHERE fleet = $1 AND name = $2 AND version = $5',
            [...values, row.version],
          )
    return rowCount === 1 ? reply : undefined
  }
  return {
    async run(name, operation) {
      for (let n = 0; n < mostAttempts; n++) {
        const reply = await attempt(JSON.stringify(name), operation)
        if (reply !== undefined) return reply
      }
      throw new Error(`the row of ${JSON.stringify(name)} was written by others ${mostAttempts} times`)
    },
    async names() {
      await pool.query(`DELETE FROM breaker WHERE fleet = $1 AND ends_at < ${now}`, [fleet])
      const { rows } = await pool.query('SELECT name FROM breaker WHERE fleet = $1', [fleet])
      return rows.map(({ name }) => JSON.parse(name)).sort()
    },
  }
}
