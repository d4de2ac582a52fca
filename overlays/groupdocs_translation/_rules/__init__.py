"""Pure rules: functions without I/O, clock or sleep."""
