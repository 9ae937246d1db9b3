import { type Scene, scenes } from './scenes.ts'
import { Simulation } from './simulation.ts'
import { drawStrip } from './strip.ts'

const calm = matchMedia('(prefers-reduced-motion: reduce)')

/** How often the page changes where motion is to be reduced, in milliseconds. */
const calmInterval = 1_000

/** Plays a scene in its HTML, which Simulation.astro has written. It does not run before somebody starts it. */
class SimulationElement extends HTMLElement {
  #simulation: Simulation | undefined
  #isPlaying = false
  #playedUntil = 0
  #told = 0

  connectedCallback(): void {
    this.#restart()
    const on = (name: string, does: () => void) => this.#find(`[data-do=${name}]`).addEventListener('click', does)
    on('play', () => this.#play(!this.#isPlaying))
    on('skip', () => this.#advance(5_000))
    on('restart', () => this.#restart())
    this.#rate.addEventListener('input', () => this.#showRate())
    for (const select of this.querySelectorAll('select')) select.addEventListener('change', () => this.#restart())
  }

  #find<E extends HTMLElement>(selector: string): E {
    return this.querySelector(selector) as E
  }

  get #rate(): HTMLInputElement {
    return this.#find('input[type=range]')
  }

  #restart(): void {
    const { laneCount, isBalanced, make } = scenes[this.dataset['scene'] as string] as Scene
    const chosen = Array.from(this.querySelectorAll('select'), ({ value }) => value)
    this.#simulation = new Simulation(make(chosen), laneCount, isBalanced)
    this.#told = 0
    this.#find('tbody').replaceChildren()
    this.#find('[data-live]').textContent = ''
    this.#showRate()
    this.#advance(0)
  }

  #showRate(): void {
    if (this.#simulation !== undefined) this.#simulation.failureRate = Number(this.#rate.value) / 100
    this.#find('output').textContent = `${this.#rate.value} %`
  }

  #play(isPlaying: boolean): void {
    this.#isPlaying = isPlaying
    this.#find('[data-do=play]').textContent = isPlaying ? 'Pause' : 'Play'
    this.#playedUntil = performance.now()
    if (isPlaying) requestAnimationFrame((time) => this.#frame(time))
  }

  #frame(time: number): void {
    if (!this.#isPlaying || !this.isConnected) return
    const elapsed = time - this.#playedUntil
    if (elapsed > (calm.matches ? calmInterval : 0)) {
      this.#playedUntil = time
      this.#advance(Math.min(elapsed, calmInterval)) // a hidden page stands still
    }
    requestAnimationFrame((next) => this.#frame(next))
  }

  #advance(duration: number): void {
    const simulation = this.#simulation
    if (simulation === undefined) return
    simulation.advance(duration)
    simulation.lanes.forEach(({ history }, n) => {
      const state = history.at(-1)?.state ?? 'closed'
      const lane = this.querySelectorAll<HTMLElement>('[data-lane]')[n] as HTMLElement
      lane.dataset['state'] = state
      const show = (name: string, text: string) => {
        const target = lane.querySelector(`[data-show=${name}]`)
        if (target !== null && target.textContent !== text) target.textContent = text
      }
      show('state', state)
      const total = (kind: 'answered' | 'failed' | 'rejected') => history.reduce((sum, slice) => sum + slice[kind], 0)
      for (const kind of ['answered', 'failed', 'rejected'] as const) show(kind, `${total(kind)}`)
      drawStrip(lane.querySelector('canvas') as HTMLCanvasElement, history)
    })
    this.#find('[data-show=time]').textContent = `${(simulation.now / 1_000).toFixed(0)} s`
    this.#tell(simulation)
  }

  /** The words for what the strips show. */
  #tell({ transitions }: Simulation): void {
    const news = transitions.slice(this.#told)
    this.#told = transitions.length
    if (news.length === 0) return
    const rows = news.map(({ at, breaker, from, to, reason }) => {
      const row = document.createElement('tr')
      for (const text of [`${(at / 1_000).toFixed(1)} s`, breaker, `${from} → ${to}`, reason])
        row.insertCell().textContent = text
      return row
    })
    const table = this.#find('tbody')
    table.prepend(...rows.reverse())
    while (table.children.length > 12) table.lastElementChild?.remove()
    this.#find('[data-live]').textContent = news
      .slice(-4)
      .map(({ breaker, to, reason }) => `${breaker} is ${to}: ${reason}.`)
      .join(' ')
  }
}

customElements.define('cb-simulation', SimulationElement)
