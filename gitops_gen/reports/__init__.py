"""What a person or a bot reads: values to text, pure."""
