/** The services behind the gateway. */
export const serviceNames = ['user', 'order', 'payment'] as const
export type ServiceName = (typeof serviceNames)[number]

/** The address of a service, and the one of its fault switch. */
export interface ServiceAddress {
  readonly origin: string
  readonly control: string
}

export type ServiceAddresses = Readonly<Record<ServiceName, ServiceAddress>>

export function isServiceName(name: unknown): name is ServiceName {
  return serviceNames.includes(name as ServiceName)
}
