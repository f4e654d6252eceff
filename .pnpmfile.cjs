/**
 * Tests use a few files of React Native, which need none of its 600 packages.
 */
function readPackage(manifest) {
  return manifest.name === 'react-native'
    ? { ...manifest, dependencies: {}, peerDependencies: {} }
    : manifest;
}

module.exports = { hooks: { readPackage } };
