"""What the pages share: words, data, charts, transcripts, who is there."""
