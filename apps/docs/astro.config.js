import { readFileSync } from 'node:fs'
import starlight from '@astrojs/starlight'
import { defineConfig, passthroughImageService } from 'astro/config'

const packages = ['core', 'fetch', 'axios', 'express', 'opentelemetry', 'redis', 'dashboard']

const focusableTables = readFileSync(new URL('src/focusable-tables.js', import.meta.url), 'utf8')

export default defineConfig({
  trailingSlash: 'always',
  image: { service: passthroughImageService() },
  devToolbar: { enabled: false },
  integrations: [
    starlight({
      title: '@cb',
      description: 'Circuit breakers for JavaScript: how they work, how to use them, and what to do when one is open.',
      customCss: ['./src/styles/site.css'],
      credits: false,
      head: [{ tag: 'script', attrs: { type: 'module' }, content: focusableTables }],
      expressiveCode: { shiki: { langAlias: { promql: 'txt', traceql: 'txt' } } },
      sidebar: [
        { label: 'Start', items: ['why', 'quick-start', 'concepts', 'project/words'] },
        {
          label: 'Use',
          items: [
            'thresholds',
            'testing',
            'recipes-order',
            { label: 'Recipes', collapsed: true, autogenerate: { directory: 'recipes' } },
          ],
        },
        { label: 'Operate', items: ['operations', 'project/runbook', 'troubleshooting'] },
        { label: 'Move here', items: ['vocabulary', 'project/migrating', 'from-other-code'] },
        { label: 'Packages', items: packages.map((name) => ({ label: `@cb/${name}`, slug: `packages/${name}` })) },
        {
          label: 'Reference',
          collapsed: true,
          items: [...packages, 'fetch-undici', 'opentelemetry-names', 'redis-step', 'redis-testing'].map((name) => ({
            label: `@cb/${name.replace('-', '/')}`,
            slug: `reference/${name}`,
          })),
        },
        {
          label: 'Evidence',
          collapsed: true,
          items: [
            'project/promises',
            'project/decisions',
            'project/simulations',
            'project/head-to-head',
            'project/bench',
          ],
        },
      ],
    }),
  ],
})
