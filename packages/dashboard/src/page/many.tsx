import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { count } from './words.ts'

/** A list that shows its first items, and the others when asked. */
export function Many<T>(props: {
  all: readonly T[]
  most: number
  class: string
  children: (item: T) => JSX.Element
}): JSX.Element {
  const [isWhole, setWhole] = useState(false)
  const { all, most } = props
  const items = isWhole ? all : all.slice(0, most)
  return (
    <>
      <ul class={props.class}>{items.map(props.children)}</ul>
      {all.length > items.length && (
        <button type="button" class="more" onClick={() => setWhole(true)}>
          Show {count(all.length - items.length)} more
        </button>
      )}
    </>
  )
}
