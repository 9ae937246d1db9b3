import { consecutiveFailures } from '@cb/core'
import { cockatielBreaker, coreBreaker, opossumBreaker } from '../breakers.js'
import { admits, ensure, failing, open, openDuration } from '../call.js'
import { scenario } from '../scenario.js'
import { turn } from '../time.js'

export const concurrentCalls = scenario({
  id: '6',
  title: 'twenty calls of 100 ms at once take 100 ms, and all twenty failures count',
  symptom: 'the breaker makes concurrent calls wait for each other, or loses their failures and stays closed',
  setup:
    'opens at 20 failures: `consecutiveFailures(20)`, `volumeThreshold: 20` and 99 %, `ConsecutiveBreaker(20)`; 19 failures must not open it',
  breakers: {
    '@cb/core': () => coreBreaker({ trip: consecutiveFailures(20) }),
    opossum: (lib) => opossumBreaker(lib, { volumeThreshold: 20, errorThresholdPercentage: 99 }),
    cockatiel: (lib) => cockatielBreaker(lib, { breaker: new lib.ConsecutiveBreaker(20) }),
  },
  async play(make, time) {
    const fewer = make()
    await failing(fewer, 19)
    ensure(await admits(fewer), '19 failures have opened the breaker')
    const breaker = make()
    let settled = 0
    const count = () => {
      settled++
    }
    const down = () =>
      new Promise((_, reject) => {
        setTimeout(() => reject(new Error('down')), 100)
      })
    for (let n = 0; n < 20; n++) breaker.call(down).then(count, count)
    await turn()
    await time.advance(100)
    if (settled < 20) return `${settled} of 20 done after 100 ms`
    return (await admits(breaker)) ? 'failures lost: it stays closed' : null
  },
})

export const settledTwice = scenario({
  id: '7a',
  title: 'settling one permit twice counts once',
  symptom: 'a `finally` that settles again closes a breaker that needs two successful probes',
  setup: '`successThreshold: 2`, one permit, `success()` twice; the others have no permits, only `fire` and `execute`',
  breakers: {
    '@cb/core': () => coreBreaker({ halfOpen: { maxConcurrent: 1, successThreshold: 2 } }),
    opossum: 'no permits',
    cockatiel: 'no permits',
  },
  /** @param {() => ReturnType<typeof coreBreaker>} make */
  async play(make, time) {
    const made = make()
    await open(made)
    await time.advance(openDuration)
    const permit = made.breaker.acquire()
    permit.success()
    permit.success()
    if (made.breaker.snapshot().closes > 0) return 'one probe closed it'
    made.breaker.acquire().success()
    ensure(made.breaker.snapshot().closes === 1, 'two probes have not closed the breaker')
    return null
  },
})

/** @typedef {(event: string, announced: string, state: string) => void} Listener */
/** @typedef {import('../call.js').Breaker & { listen: (listener: Listener) => void }} Announcing */

export const stateInListener = scenario({
  id: '7b',
  title: 'a listener that reads the state gets the one of its event',
  symptom: 'a listener that logs the state deadlocks, or logs the wrong state',
  setup:
    'closed, open, half-open, closed, with a listener on each event that announces a state: `transition`; `open`, `halfOpen`, `close`; `onBreak`, `onHalfOpen`, `onReset`, `onStateChange`',
  breakers: {
    '@cb/core': () => {
      const made = coreBreaker()
      const listen = (/** @type {Listener} */ listener) => {
        made.breaker.on('transition', ({ to }) => listener('transition', to, made.breaker.state))
      }
      return { ...made, listen }
    },
    opossum: (lib) => {
      const made = opossumBreaker(lib)
      const { breaker } = made
      const state = () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half-open' : 'closed')
      const listen = (/** @type {Listener} */ listener) => {
        breaker.on('open', () => listener('open', 'open', state()))
        breaker.on('halfOpen', () => listener('halfOpen', 'half-open', state()))
        breaker.on('close', () => listener('close', 'closed', state()))
      }
      return { ...made, listen }
    },
    cockatiel: (lib) => {
      const made = cockatielBreaker(lib)
      const { breaker } = made
      const names = ['closed', 'open', 'half-open', 'isolated']
      const state = (value = breaker.state) => String(names[value])
      const listen = (/** @type {Listener} */ listener) => {
        breaker.onBreak(() => listener('onBreak', 'open', state()))
        breaker.onHalfOpen(() => listener('onHalfOpen', 'half-open', state()))
        breaker.onReset(() => listener('onReset', 'closed', state()))
        breaker.onStateChange((to) => listener('onStateChange', state(to), state()))
      }
      return { ...made, listen }
    },
  },
  /** @param {() => Announcing} make */
  async play(make, time) {
    const breaker = make()
    /** @type {string[]} */
    const wrong = []
    const announcements = new Set()
    breaker.listen((event, announced, state) => {
      announcements.add(announced)
      if (announced !== state) wrong.push(`in \`${event}\` the state is still ${state}`)
    })
    await open(breaker)
    await time.advance(openDuration)
    ensure(await admits(breaker), 'no probe was admitted')
    ensure(announcements.size === 3, `only ${[...announcements]} was announced`)
    return wrong.length === 0 ? null : wrong.join('; ')
  },
})
