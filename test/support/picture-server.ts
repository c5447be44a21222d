import { PictureCollector } from '../../lib/link/pictures/collector.ts';

const key = Buffer.alloc(32, 1).toString('base64');

/** The server's part in a process of its own, to be killed: answers what its parent sends. */
const collector = new PictureCollector({
  folder: process.argv[2] ?? '',
  quota: 1e9,
  engine: {
    pictureKey: () => Promise.resolve({ key }),
    judgePicture: () => Promise.resolve({ verdict: 'wanted' }),
  },
});

process.on('message', (content) => {
  void collector.take('north', content).then((answer) => process.send?.(answer));
});
