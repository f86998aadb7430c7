"""Cases that belong together: links, projects, inspections and what they require."""
