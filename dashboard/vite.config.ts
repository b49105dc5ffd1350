import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const server = process.env.PLAYTRACE_SERVER ?? 'http://127.0.0.1:8080'

const DRAWING = /node_modules[\\/](echarts|zrender|tslib)[\\/]|[\\/]src[\\/](charts[\\/]echarts|composables[\\/]chart|components[\\/]ChartCanvas)\b/

export default defineConfig({
  // Relative, so that the same files work at the root and behind any path prefix.
  base: './',
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: fileURLToPath(new URL('../src/playtrace/_dashboard', import.meta.url)),
    emptyOutDir: true,
    // Inlined files would need `data:` in the Content-Security-Policy.
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // A file for each module that two pages share is a hundred requests for one page. These come together: what every
        // page begins with, what many are made of, and what charts are drawn with, for which nothing else waits.
        codeSplitting: {
          groups: [
            { name: 'shell', tags: ['$initial'], priority: 3 },
            { name: 'panels', test: (id) => !DRAWING.test(id), minShareCount: 6, priority: 2 },
            { name: 'charts', test: DRAWING, minShareCount: 4, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/stats': server,
    },
  },
})
