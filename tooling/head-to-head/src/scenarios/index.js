import { concurrentCalls, settledTwice, stateInListener } from './calls-and-listeners.js'
import { idleHour, lowTraffic, outageAfterStepBack, recoveryAfterStepBack } from './clock.js'
import { cancelledProbe, lateIgnored, lateSuccess } from './late-results.js'
import { boundedProbes, hungProbeWithoutTimeout, hungProbeWithTimeout, othersRejected } from './probes.js'
import { capacityRejection, costOfFailure, inFlightCalls, rejectedCalls } from './rate.js'

/** In the order of the defects. @type {readonly import('../scenario.js').Scenario<any>[]} */
export const scenarios = [
  outageAfterStepBack,
  recoveryAfterStepBack,
  lateSuccess,
  lateIgnored,
  hungProbeWithTimeout,
  hungProbeWithoutTimeout,
  cancelledProbe,
  concurrentCalls,
  settledTwice,
  stateInListener,
  othersRejected,
  idleHour,
  capacityRejection,
  inFlightCalls,
  rejectedCalls,
  costOfFailure,
  boundedProbes,
  lowTraffic,
]
