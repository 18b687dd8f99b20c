"""After a version has become current: its copies in Refined/ for other tools, and what is kept of earlier versions."""
