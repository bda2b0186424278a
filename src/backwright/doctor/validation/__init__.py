"""What Pydantic refuses, coming in and going out."""
