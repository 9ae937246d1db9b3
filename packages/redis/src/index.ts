export { type MemoryStore, memoryStore } from './memory-store.ts'
export type { FleetState, Message, Operation, Reply, View } from './protocol.ts'
export { type Step, step } from './step.ts'
export type { FleetStore } from './store.ts'
