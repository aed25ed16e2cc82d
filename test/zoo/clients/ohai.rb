# ohai asks the service where a hint says that this is EC2.
ohai.hints_path = [File.join(__dir__, 'hints')]
