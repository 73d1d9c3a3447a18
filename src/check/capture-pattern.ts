/**
 * A pattern of capture files: `*` is anything within a name, `**` any folders, `?` one character. It is held
 * against the end of a path, so that `close/*.pcap` means the same from wherever the check is run.
 */
export function globPattern(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/|\*\*|\*|\?)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&');
  });
  return new RegExp(`(?:^|/)${parts.join('')}$`);
}
