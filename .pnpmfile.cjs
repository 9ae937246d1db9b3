// cockatiel 4 and opossum 10 are measured on Node.js 22 only, but installed on all: without their `engines` pnpm does not warn.
function readPackage(manifest) {
  if (['cockatiel', 'opossum'].includes(manifest.name)) delete manifest.engines
  return manifest
}

module.exports = { hooks: { readPackage } }
