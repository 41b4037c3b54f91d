"""What a translation leaves behind: records, Markdown, terminal, handover."""
