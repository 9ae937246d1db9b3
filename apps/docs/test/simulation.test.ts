import { expect, test } from 'vitest'
import { policies, type Scene, scenes } from '../src/simulation/scenes.ts'
import { Simulation } from '../src/simulation/simulation.ts'

function start(scene: string, chosen: string[] = []): Simulation {
  const { laneCount, isBalanced, make } = scenes[scene] as Scene
  return new Simulation(make(chosen), laneCount, isBalanced)
}

const states = ({ lanes }: Simulation) => lanes.map(({ breaker }) => breaker.state)

test.each(Object.keys(scenes))('scene %s: all breakers open when all calls fail, and close when none does', (scene) => {
  const simulation = start(scene, Object.keys(policies).slice(0, 2))
  simulation.advance(5_000)
  expect(new Set(states(simulation))).toEqual(new Set(['closed']))
  expect(simulation.transitions).toEqual([])
  simulation.failureRate = 1
  simulation.advance(15_000)
  expect(states(simulation)).not.toContain('closed')
  simulation.failureRate = 0
  simulation.advance(60_000)
  expect(new Set(states(simulation))).toEqual(new Set(['closed']))
})

test('the same steps give the same transitions', () => {
  const play = () => {
    const simulation = start('fleet')
    for (const rate of [0, 1, 0.3, 0]) {
      simulation.failureRate = rate
      simulation.advance(10_000)
    }
    return simulation.transitions.map(({ at, breaker, to, reason }) => ({ at, breaker, to, reason }))
  }
  expect(play()).toEqual(play())
})

test('the steps of frames give the same as one long step', () => {
  const [frames, leap] = [start('trip'), start('trip')]
  for (const simulation of [frames, leap]) simulation.failureRate = 0.7
  for (let n = 0; n < 2_000; n++) frames.advance(10)
  leap.advance(20_000)
  expect(frames.lanes[0]?.history).toEqual(leap.lanes[0]?.history)
})

test('in a fleet one trip opens all instances, and the fleet probes for all of them', () => {
  const simulation = start('fleet')
  simulation.failureRate = 1
  simulation.advance(10_000)
  const opened = simulation.transitions.filter(({ from, to }) => from === 'closed' && to === 'open')
  expect(opened).toHaveLength(4)
  expect(opened.filter(({ reason }) => reason === 'fleet-tripped')).not.toEqual([])
  const probes = simulation.transitions.filter(({ reason }) => reason === 'fleet-probe-failed')
  expect(probes.length % 4).toBe(0)
  simulation.failureRate = 0
  simulation.advance(30_000)
  expect(simulation.transitions.filter(({ reason }) => reason === 'fleet-probes-succeeded')).toHaveLength(4)
})

test('with a ramp fewer calls reach the dependency after its recovery', () => {
  const simulation = start('ramp')
  simulation.failureRate = 1
  simulation.advance(5_000)
  simulation.failureRate = 0
  simulation.advance(25_000)
  const [without, withRamp] = simulation.lanes.map(({ history }) =>
    history.reduce((sum, { answered }) => sum + answered, 0),
  ) as [number, number]
  expect(withRamp).toBeLessThan(without)
  expect(withRamp).toBeGreaterThan(0)
})
