import { render } from 'preact'
import { App } from './app.tsx'
import { shareStream } from './tabs.ts'

const root = document.getElementById('page') as HTMLElement
root.textContent = ''
render(<App />, root)
shareStream()
