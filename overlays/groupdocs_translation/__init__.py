"""Client for GroupDocs.Translation Cloud."""
