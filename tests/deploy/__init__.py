"""What is in deploy/: files are read as strictly as those would who run them, and every command is started here.

No Docker engine and no Kubernetes is asked for. What these tests show and what not is in deploy/README.md.
"""
