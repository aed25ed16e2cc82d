# facter asks the service where it takes the machine for one of EC2, which a container's is not.
require 'facter'

module Facter::Util::Facts::Posix::VirtualDetector
  def self.platform = 'kvm'
end
