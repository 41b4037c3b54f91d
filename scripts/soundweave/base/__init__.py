"""What every package uses: errors, files, configuration, command lines. Imports nobody."""
