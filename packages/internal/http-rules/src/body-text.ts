/** The bytes that one reader of a body has got, up to a limit. */
export class BodyText {
  readonly maxBytes: number
  #bytes = new Uint8Array(0)
  #size = 0
  /** Undefined as long as no chunk was looked for; false if one could not be kept. */
  #isWhole: boolean | undefined

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** To be called when a reader asks for a chunk. */
  begin(): void {
    this.#isWhole ??= true
  }

  /** Copies the chunk, because a reader may use its buffer again. */
  add(chunk: unknown): void {
    if (!this.#isWhole) return
    const size = this.#size + (ArrayBuffer.isView(chunk) ? chunk.byteLength : Infinity) // a fake body may have anything
    try {
      if (size > this.maxBytes) this.#drop()
      else this.#append(chunk as Uint8Array, size)
    } catch {
      this.#drop() // another reader has transferred the buffer
    }
  }

  #append({ buffer, byteOffset, byteLength }: Uint8Array, size: number): void {
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(this.maxBytes, Math.max(2 * size, 1_024)))
      larger.set(this.#bytes.subarray(0, this.#size))
      this.#bytes = larger
    }
    this.#bytes.set(new Uint8Array(buffer, byteOffset, byteLength), this.#size)
    this.#size = size
  }

  #drop(): void {
    this.#isWhole = false
    this.#bytes = new Uint8Array(0)
  }

  /** For another reader of the rest of the body. */
  copy(): BodyText {
    const copy = new BodyText(this.maxBytes)
    copy.#bytes = this.#bytes.slice(0, this.#size)
    copy.#size = this.#size
    copy.#isWhole = this.#isWhole
    return copy
  }

  /** The text so far, as `Response.text()` decodes it; undefined if it has more bytes, or if they are not known. */
  upTo(maxBytes: number): string | undefined {
    if (!this.#isWhole || this.#size > maxBytes) return undefined
    return new TextDecoder().decode(this.#bytes.subarray(0, this.#size))
  }
}
