import { Box, Text } from 'ink';
import { fill } from '../kit/cells.ts';
import { useSurroundings } from '../kit/surroundings.tsx';
import { look } from '../kit/theme.ts';
import { words } from '../words.ts';

/** Half blocks with what they show below; each row is one text, colours and all. */
export function FramePicture({ rows, columns }: { rows: readonly string[]; columns: number }) {
  const { theme } = useSurroundings();
  return (
    <Box flexDirection="column" width={columns + 2} flexShrink={0}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
        <Text key={index} wrap="truncate">
          {row}
        </Text>
      ))}
      <Text {...look(theme, 'quiet')}>{fill(words.report.framed, columns, 'left', '')}</Text>
    </Box>
  );
}
